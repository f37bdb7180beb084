// Photos are made smaller on the device before they are sent: a meeting room's network is slow. What is smaller already,
// what the browser cannot draw, and every document is sent as it is; the server looks at all of it alike.
const LONGEST = 1600;
const ENOUGH = 400 * 1024;
const QUALITIES = [0.82, 0.7, 0.6];

async function drawn(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas;
}

async function smaller(file) {
  if (file.type !== 'image/jpeg' || file.size <= ENOUGH) return file;
  try {
    const canvas = await drawn(file);
    let best = file;
    for (const quality of QUALITIES) {
      const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', quality); });
      if (blob && blob.size < best.size) best = blob;
      if (best.size <= ENOUGH) break;
    }
    return best === file ? file : new File([best], file.name, { type: file.type, lastModified: file.lastModified });
  } catch {
    return file;
  }
}

document.addEventListener('change', async ({ target }) => {
  if (!target.matches('input[type="file"][data-shrink]')) return;
  const chosen = [...target.files];
  const found = await Promise.all(chosen.map(smaller));
  const still = [...target.files];
  // Whoever chose others meanwhile has those.
  if (still.length !== chosen.length || still.some((file, place) => file !== chosen[place])) return;
  const kept = new DataTransfer();
  found.forEach((file) => kept.items.add(file));
  target.files = kept.files;
});
