#!/usr/bin/env bash
# Installs Branchbook on a bare Debian 12, or upgrades it: PostgreSQL, Redis, nginx and three systemd services.
# May be run as often as one likes: what is as it should be is left alone, settings, keys and certificates always.
#
#   sudo deploy/install.sh --host branchbook.example.edu.cn    install, or upgrade to the program this script lies in
#   sudo deploy/install.sh --check                             look whether the installed data can be upgraded, change nothing
#
# For a rehearsal without root and systemd: --root DIR puts everything below DIR and starts nothing; DATABASE_URL,
# OWNER_DATABASE_URL (who owns the tables) and REDIS_URL then name servers that are there; --venv DIR takes an environment that is there; --port, --http-port and
# --https-port move the ports.
set -euo pipefail

source_folder=$(cd "$(dirname "$0")/.." && pwd)
root='' host='' venv='' check='' port=8000 http_port=80 https_port=443

refuse() {
  echo "$1" >&2
  exit 2
}

while (($#)); do
  case $1 in
    --check) check=yes && shift && continue ;;
    --host | --root | --venv | --port | --http-port | --https-port) ;;
    *) refuse "不认识的参数 $1，用法见脚本开头。" ;;
  esac
  (($# > 1)) || refuse "$1 后面要写值。"
  name=${1#--}
  printf -v "${name//-/_}" '%s' "$2"
  shift 2
done

base=$root/opt/branchbook
settings=$root/etc/branchbook/branchbook.env
owner=$root/etc/branchbook/owner.env
certificates=$root/etc/branchbook/certificates
data=$root/var/lib/branchbook
backups=$root/var/backups/branchbook
current=$base/current
umask 022

say() { echo "== $1"; }

as_owner() { # runs as the service's user
  if [[ -n $root ]]; then "$@"; else runuser -u branchbook -- "$@"; fi
}

# Of plain sh, since `branchbook` below says it again. No backslash is looked at.
take_settings() { # the settings of a file, as systemd reads them: a value is never a command, whatever stands in it
  while read -r line || [ -n "$line" ]; do
    case $line in *=*) ;; *) continue ;; esac
    name=${line%%=*} value=${line#*=}
    name=${name%"${name##*[! ]}"} value=${value#"${value%%[! ]*}"}
    case $name in '' | *[!A-Za-z0-9_]*) continue ;; esac # a remark, mostly
    case $value in
      \"*\" | \'*\') value=${value#?} value=${value%?} ;;
    esac
    export "$name=$value"
  done <"$1"
}

setting() { # setting NAME [OTHERWISE]: what the installed settings say
  (
    unset "$1"
    take_settings "$settings"
    printf '%s' "${!1:-${2:-}}"
  )
}

host_name() { # the first of ALLOWED_HOSTS
  local hosts
  hosts=$(setting ALLOWED_HOSTS)
  printf '%s' "${hosts%%,*}"
}

within() { # within FOLDER COMMAND…: in the program in FOLDER, with the installed settings
  local folder=$1
  shift
  (
    take_settings "$settings"
    [[ ! -e $owner ]] || take_settings "$owner"
    cd "$folder"
    ENV_FILE=/dev/null "$@"
  )
}

manage() { # manage FOLDER ARGUMENTS…
  local folder=$1
  shift
  within "$folder" as_owner .venv/bin/python manage.py "$@"
}

put() { # put FILE MODE [OWNER]: standard input into FILE, only when it is otherwise; says whether it was
  local file=$1 draft
  mkdir -p "$(dirname "$file")"
  draft=$(mktemp "$(dirname "$file")/.draft-XXXXXX")
  cat >"$draft"
  chmod "$2" "$draft"
  [[ -z ${3:-} || -n $root ]] || chown "$3" "$draft"
  if cmp -s "$draft" "$file"; then rm "$draft"; else
    mv "$draft" "$file"
    echo "已写 $file"
  fi
}

services() { # services VERB
  [[ -n $root ]] || systemctl "$1" branchbook-web branchbook-worker branchbook-beat
}

require_debian() {
  [[ -n $root ]] && return
  ((EUID == 0)) || refuse "请用 root 运行（sudo deploy/install.sh …）。"
  grep -q '^VERSION_ID="12"' /etc/os-release || refuse "这个脚本只用于 Debian 12。"
}

install_packages() {
  [[ -n $root ]] && return
  local needed=(python3 python3-venv postgresql redis-server nginx openssl logrotate fonts-noto-cjk) missing=() package
  for package in "${needed[@]}"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "安装 ${missing[*]}"
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

make_user() {
  [[ -n $root ]] && return
  id branchbook >/dev/null 2>&1 ||
    useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin branchbook
}

make_folders() {
  local folder
  mkdir -p "$base/releases" "$certificates"
  for folder in "$data" "$backups"; do
    [[ -d $folder ]] || install -d -m 0700 "$folder"
    # One of another machine's may be written to, and yet not be given away.
    as_owner test -w "$folder" || { chown branchbook: "$folder" && chmod 0700 "$folder"; }
  done
}

make_database() { # sets database to its address for the application, owner_database to its owner's, made where there is none
  if [[ -n ${DATABASE_URL:-} ]]; then
    database=$DATABASE_URL owner_database=${OWNER_DATABASE_URL:-}
    return
  fi
  local password owner_password
  password=$(random_text) owner_password=$(random_text)
  # By standard input: arguments are seen by every account of the machine.
  {
    echo "\\set password '$password'"
    echo "\\set owner_password '$owner_password'"
    cat <<'SQL'
SELECT 'CREATE ROLE branchbook LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'branchbook') \gexec
SELECT 'CREATE ROLE branchbook_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'branchbook_app') \gexec
ALTER ROLE branchbook PASSWORD :'owner_password';
ALTER ROLE branchbook_app PASSWORD :'password';
SELECT 'CREATE DATABASE branchbook OWNER branchbook ENCODING ''UTF8'' LOCALE ''C.UTF-8'' TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'branchbook') \gexec
SQL
  } | (cd / && runuser -u postgres -- psql --quiet --no-psqlrc --set ON_ERROR_STOP=1) >&2
  database=postgres://branchbook_app:$password@127.0.0.1:5432/branchbook
  owner_database=postgres://branchbook:$owner_password@127.0.0.1:5432/branchbook
}

random_text() { python3 -c 'import secrets; print(secrets.token_urlsafe(64))'; }

write_settings() { # once: afterwards the file belongs to whoever runs the machine
  if [[ -e $settings ]]; then
    [[ -z $host || ,$(setting ALLOWED_HOSTS), == *",$host,"* ]] ||
      refuse "--host 只在第一次安装时用。要换域名，请修改 $settings 里的 ALLOWED_HOSTS，再运行一次，不写 --host。"
    return
  fi
  [[ -n $host ]] || refuse "请用 --host 写出访问支部簿所用的域名。"
  say "写设置"
  local database owner_database
  make_database
  # First: without the settings the next run makes both anew. Read by root alone; the services work as branchbook_app.
  [[ -z $owner_database ]] || put "$owner" 0600 <<<"OWNER_DATABASE_URL=$owner_database"
  put "$settings" 0640 root:branchbook <<SETTINGS
# The settings are explained in .env.example. After a change run deploy/install.sh again, or restart the services.
# One NAME=value a line; a value may be put in quotes, and is taken as it stands.
SECRET_KEY=$(random_text)
ALLOWED_HOSTS=$host
DATABASE_URL=$database
REDIS_URL=${REDIS_URL:-redis://127.0.0.1:6379/0}
DATA_DIR=$data
BACKUP_DIR=$backups
TRUSTED_PROXIES=1
SETTINGS
}

files_of_program() { # the program's files, without what belongs to a developer
  (cd "$source_folder" && find . \( -name .git -o -name .venv -o -name data -o -name staticfiles -o -name tests \
    -o -name .env -o -name branchbook.env -o -name owner.env -o -name database_password -o -name certificates \
    -o -name __pycache__ -o -name '.*_cache' -o -name .hypothesis \) -prune -o -type f -print0 |
    LC_ALL=C sort -z)
}

name_of_release() {
  local version sum
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source_folder/pyproject.toml" | head -n 1)
  sum=$(files_of_program | (cd "$source_folder" && xargs -0 sha256sum) | sha256sum)
  echo "$version-${sum:0:10}"
}

lay_down() { # lay_down FOLDER: the program with its environment, whole or not at all
  [[ -d $1 ]] && return
  say "安装程序 ${1##*/}"
  rm -rf "$1.draft"
  mkdir -p "$1.draft"
  files_of_program | (cd "$source_folder" && tar --create --null --files-from=- --owner=0 --group=0 --mode=u=rwX,go=rX) |
    tar --extract --no-same-owner --directory "$1.draft"
  if [[ -n $venv ]]; then ln -s "$venv" "$1.draft/.venv"; else
    python3 -m venv "$1.draft/.venv"
    # It is moved below, which only the scripts in its bin would mind: everything here runs as `python -m`.
    "$1.draft/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
      -r "$1.draft/requirements.txt"
  fi
  # By nobody later: the services may not write here.
  (cd "$1.draft" && .venv/bin/python -m compileall -q -x '/\.venv/' .)
  within "$1.draft" .venv/bin/python manage.py collectstatic --noinput --verbosity 0
  mv "$1.draft" "$1"
}

bring_up_data() { # bring_up_data FOLDER: keys and database of the program in FOLDER
  local folder=$1
  if [[ ! -e $data/keys/backup.keys ]]; then
    say "生成密钥"
    within "$folder" as_owner .venv/bin/python -m config.folders
    manage "$folder" make_keys
  fi
  if [[ ! -e $current ]]; then
    say "建数据库"
    manage "$folder" migrate --noinput --verbosity 0
    [[ ! -e $owner ]] || manage "$folder" grant_rights >/dev/null
  fi
}

upgrade() { # upgrade FOLDER: stop, back up with the program before, bring the data up, turn to the new one
  local before
  before=$(readlink "$current")
  say "升级 ${before##*/} → ${1##*/}"
  services stop
  trap 'echo "升级没有做完，服务已停止。请排除原因，再运行一次本脚本，它会接着做。" >&2' EXIT
  # An upgrade that was broken off may have brought the data up already: then they are the new program's to back up.
  manage "$before" backup --folder "$backups" || manage "$1" backup --folder "$backups" || go_on_as_before "备份没有成功"
  manage "$1" upgrade --check || go_on_as_before "检查没有通过"
  manage "$1" upgrade || {
    trap - EXIT
    refuse "升级没有完成，服务已停止。退回的办法见 docs/operations.md：用 $before 把备份恢复到空库。"
  }
}

go_on_as_before() {
  services start
  trap - EXIT
  refuse "$1，没有升级，仍用原来的程序。"
}

make_certificate() { # only to begin with
  [[ -e $certificates/branchbook.crt ]] && return
  say "生成自签名证书，请尽快换成学校的证书（$certificates）"
  local name
  name=$(host_name)
  (
    umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$name" \
      -addext "subjectAltName=DNS:$name" -keyout "$certificates/branchbook.key" -out "$certificates/branchbook.crt" \
      2>/dev/null
  )
}

write_system_files() {
  local name unit both='' logs=/var/log/nginx run_as="/usr/sbin/runuser -u branchbook --" # cron looks in no sbin
  name=$(host_name)
  if [[ -n $root ]]; then
    logs=$root/var/log/nginx run_as=
    mkdir -p "$logs"
  fi
  # Where the machine speaks IPv6, each port is opened on it, too.
  [[ ! -e /proc/net/if_inet6 ]] || both='s|^( *listen )(.*)$|&\n\1[::]:\2|'
  sed -E -e "$both" "$source_folder/deploy/nginx.conf.template" |
  sed -e "s|\${HOST}|$name|g; s|\${UPSTREAM}|127.0.0.1:$port|; s|\${CERTIFICATES}|$certificates|g" \
    -e "s|\${ACCESS_LOG}|$logs/branchbook.log|; s|\${ERROR_LOG}|$logs/branchbook-error.log|" \
    -e "s|\${HTTP_PORT}|$http_port|; s|\${HTTPS_PORT}|$https_port|" |
    put "$root/etc/nginx/sites-available/branchbook" 0644
  mkdir -p "$root/etc/nginx/sites-enabled"
  ln -sfn ../sites-available/branchbook "$root/etc/nginx/sites-enabled/branchbook"
  for unit in web worker beat; do
    sed -e "s|@PROGRAM@|$current|g; s|@SETTINGS@|$settings|; s|@DATA@|$data|; s|@BACKUPS@|$backups|; s|@PORT@|$port|" \
      "$source_folder/deploy/systemd/branchbook-$unit.service" |
      put "$root/etc/systemd/system/branchbook-$unit.service" 0644
  done
  put "$root/usr/local/bin/branchbook" 0755 <<COMMAND
#!/bin/sh
# manage.py of the installed Branchbook, with its settings and as its user: branchbook verify_audit
set -e
$(declare -f take_settings)
[ -r "$settings" ] || { echo "请用 root 运行（sudo branchbook …）。" >&2 && exit 2; }
take_settings "$settings"
case \${1:-} in
  migrate | upgrade | restore | verify_restore | grant_rights) [ ! -r "$owner" ] || take_settings "$owner" ;;
esac
# Not from where one stands: Celery would look there first for the program's own modules.
cd "$current"
export ENV_FILE=/dev/null
exec $run_as .venv/bin/python manage.py "\$@"
COMMAND
}

start() {
  if [[ -n $root ]]; then
    trap - EXIT
    return
  fi
  systemctl daemon-reload
  systemctl enable --quiet --now postgresql redis-server nginx branchbook-web branchbook-worker branchbook-beat
  services restart
  trap - EXIT
  # After the services: what is wrong with another site of nginx must not keep them down once the data are brought up.
  nginx -t -q
  systemctl reload nginx
  wait_until_it_answers
}

wait_until_it_answers() { # through nginx, as a browser would; the worker and the scheduler run on
  local unit deadline=$((SECONDS + 90))
  until within "$current" .venv/bin/python deploy/alive.py "https://127.0.0.1:$https_port"; do
    ((SECONDS < deadline)) || refuse "支部簿没有应答，原因见：journalctl -u branchbook-web -u nginx"
    sleep 1
  done
  for unit in branchbook-web branchbook-worker branchbook-beat; do
    systemctl --quiet is-active "$unit" || refuse "$unit 没有在运行，原因见：journalctl -u $unit"
  done
}

main() {
  require_debian
  local release is_new=
  [[ -e $settings ]] || is_new=yes
  if [[ -z $is_new ]]; then # both may have been moved to disks of their own
    data=$(setting DATA_DIR "$data") backups=$(setting BACKUP_DIR "$backups")
  fi
  release=$base/releases/$(name_of_release)
  if [[ -n $check ]]; then
    [[ -e $current ]] || refuse "还没有安装，没有可升级的。"
    [[ $(readlink "$current") != "$release" ]] || { echo "已经是这一版（${release##*/}）。" && return; }
    lay_down "$release"
    manage "$release" upgrade --check
    return
  fi
  install_packages
  make_user
  make_folders
  write_settings
  lay_down "$release"
  if [[ -e $current && $(readlink "$current") != "$release" ]]; then upgrade "$release"; fi
  bring_up_data "$release"
  if [[ $(readlink "$current" || true) != "$release" ]]; then
    ln -sfn "$release" "$current"
    echo "已启用 ${release##*/}"
  fi
  make_certificate
  write_system_files
  start
  manage "$current" check --deploy --fail-level ERROR >/dev/null
  compgen -G "$backups/*.backup" >/dev/null || manage "$current" backup --folder "$backups"
  say "支部簿已就绪：https://$(sed -n 's/^ALLOWED_HOSTS=\([^,]*\).*/\1/p' "$settings")/（${release##*/}）"
  [[ -z $is_new ]] || echo "接着建三员的账号：branchbook first_administrators --system 账号 姓名 --security 账号 姓名 --audit 账号 姓名"
}

main
