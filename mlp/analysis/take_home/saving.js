// Save the network that answers: as a file that Inkling reads, or as this page.
"use strict";

function download(name, parts, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const metadataNow = () => (
  { ...about.metadata, temperature: String(network.temperature), looks: String(network.testTimeAugmentation ? SHIFTS.length : 1) });

const factsNow = () => (
  { ...(fresh ? { steps: news?.trained ?? 0 } : about.facts), taught_steps: news ? news.taught : 0, taught_drawings: news ? news.own : 0 });

// The network as a .safetensors file, which Inkling reads: length of the header, header, numbers.
function asSafetensors() {
  const entries = {};
  let at = 0;
  about.sizes.slice(1).forEach((nOut, number) => {
    const nIn = about.sizes[number];
    for (const [name, shape] of [["weight", [nIn, nOut]], ["bias", [nOut]]]) {
      const size = 4 * shape.reduce((product, side) => product * side, 1);
      entries[`dense_${number + 1}.${name}`] = { dtype: "F32", shape, data_offsets: [at, at += size] };
    }
  });
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { ...metadataNow(), facts: JSON.stringify(factsNow()) }, ...entries }));
  const file = new Uint8Array(8 + header.length + at), view = new DataView(file.buffer);
  view.setUint32(0, header.length, true);
  file.set(header, 8);
  network.numbers.forEach((number, place) => view.setFloat32(8 + header.length + 4 * place, number, true));
  return file;
}

// This page with the network that answers and its images: the source with other data, so that its policy still holds.
function asPage() {
  const { temperature, testTimeAugmentation } = network, numbers = base64Of(new Uint8Array(network.numbers.buffer));
  const data = { ...about, numbers, half: false, temperature, testTimeAugmentation, imagesFile: null };
  Object.assign(data, { way: wayNow(), curve: curveNow(), facts: factsNow(), metadata: metadataNow() });
  const page = withBlock(source, "network", JSON.stringify(data).replaceAll("<", "\\u003c"));
  return `<!doctype html>\n${images ? withBlock(page, "images", images.textContent) : page}`;
}

function withBlock(page, id, content) {
  const opening = `id="${id}">`, start = page.indexOf(opening) + opening.length;
  return page.slice(0, start) + content + page.slice(page.indexOf("<\/script>", start));
}

part("save").addEventListener("click", () => download("taught.safetensors", [asSafetensors()], "application/octet-stream"));
part("save-page").addEventListener("click", async () => {
  try { await loadImages(); } catch { return say(text("missing", { file: about.imagesFile })); }
  download(`${document.title}.html`, [asPage()], "text/html");
});
