// Seals drafts for localStorage with the account's own key (AES-256-GCM), which only pages of who is signed in carry.
// A sealed draft is bound to its name there: base64 of nonce, cipher text and tag.
const NONCE_BYTES = 12;

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.codePointAt(0));
const textOf = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));

export function sealer(key) {
  const name = 'AES-GCM';
  // Where the browser cannot seal (plain http to another machine), this rejects, and nothing is kept.
  const ready = (async () => crypto.subtle.importKey('raw', bytesOf(key), name, false, ['encrypt', 'decrypt']))();
  ready.catch(() => {});
  const boundTo = (place, iv) => ({ name, iv, additionalData: new TextEncoder().encode(place) });
  return {
    async seal(place, value) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(boundTo(place, iv), await ready, new TextEncoder().encode(JSON.stringify(value)));
      return textOf([...iv, ...new Uint8Array(sealed)]);
    },
    async open(place, text) {
      const bytes = bytesOf(text);
      const opened = await crypto.subtle.decrypt(boundTo(place, bytes.slice(0, NONCE_BYTES)), await ready, bytes.slice(NONCE_BYTES));
      return JSON.parse(new TextDecoder().decode(opened));
    },
  };
}
