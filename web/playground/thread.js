// The worker, made from text that is inside the page: no file, no network.

export function makeWorker() {
  const textOf = (id) => document.getElementById(id).textContent;
  const url = URL.createObjectURL(new Blob([textOf("worker")], { type: "text/javascript" }));
  const worker = new Worker(url);
  const listeners = {};
  worker.onmessage = ({ data }) => listeners[data.type]?.(data);
  worker.onerror = (event) => console.error(event.message);
  const bytes = Uint8Array.from(atob(textOf("engine")), (c) => c.charCodeAt(0));
  worker.postMessage({ type: "load", bytes }, [bytes.buffer]);
  return {
    on: (type, listener) => (listeners[type] = listener),
    post: (message) => worker.postMessage(message),
  };
}
