"""Make the folders of DATA_DIR: `python -m config.folders`, once before the first start. Settings only name them."""

from django.conf import settings


def make_folders() -> None:
    """Make what is missing, closed to other users of the machine: these folders hold keys and personal data."""
    for folder in (settings.DATA_DIR, *settings.FOLDERS):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


if __name__ == "__main__":
    make_folders()
