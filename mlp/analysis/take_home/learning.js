// Teach the network in this page: the visitor labels a drawing, and a worker takes the steps.
"use strict";

const TEACH_STEPS = 24, more = part("more"), mix = part("mix"), learned = part("learned");
let worker = null, taught = null; // the last message of the worker

function startWorker() {
  const code = part("reading").textContent + part("training").textContent;
  worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => {
    if (data.diverged) return say(text("diverged"));
    return data.failed ? say(text("stopped", { error: data.failed })) : follow(data);
  };
  worker.onerror = (event) => say(text("refused", { error: event.message }));
  const images = part("images");
  const { sizes, activation, straighten } = about;
  worker.postMessage({ begin: { sizes, activation, straighten }, numbers: network.numbers.slice(), images: images && images.textContent });
}

function say(words) {
  if (learned.textContent !== words) learned.textContent = words;
}

// Read with the new weights at once.
function follow(news) {
  network.numbers.set(news.numbers);
  const before = taught ? taught.first : news.held;
  taught = { ...news, first: before };
  part("stop").disabled = news.done;
  part("save").disabled = !news.steps;
  if (news.steps) {
    const measured = news.held === null ? "" : ` ${text("measured", { share: percent(news.held), before: percent(before) })}`;
    const taughtBy = text(news.own === 1 ? "taughtOne" : "taught", { steps: news.steps, n: news.own });
    if (news.done) say(taughtBy + measured);
    part("count").textContent = news.done ? "" : text("step", { step: news.steps });
  }
  answer(news.done);
}

function learn(message) {
  if (!worker) startWorker();
  part("stop").disabled = false;
  worker.postMessage(message);
}

part("digits").addEventListener("click", (event) => {
  const digit = event.target.dataset.digit;
  if (digit === undefined) return;
  const found = stagesOf(inkOf(), canvas.width, canvas.height);
  if (!found) return say(text("draw"));
  learn({ image: found.centered, digit: Number(digit), steps: TEACH_STEPS, mixed: mix !== null && mix.checked });
});

if (more) more.addEventListener("click", () => learn({ steps: 110, mixed: true }));
part("stop").addEventListener("click", () => worker && worker.postMessage({ stop: true }));

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
  const facts = { ...about.facts, taught_steps: taught ? taught.steps : 0, taught_drawings: taught ? taught.own : 0 };
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { ...about.metadata, facts: JSON.stringify(facts) }, ...entries }));
  const file = new Uint8Array(8 + header.length + at), view = new DataView(file.buffer);
  view.setUint32(0, header.length, true);
  file.set(header, 8);
  network.numbers.forEach((number, place) => view.setFloat32(8 + header.length + 4 * place, number, true));
  return file;
}

part("save").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([asSafetensors()], { type: "application/octet-stream" }));
  link.download = "taught.safetensors";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
});
