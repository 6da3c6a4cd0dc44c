// Saves what the kernel hands over as a file.
function render({ model }) {
  const save = () => {
    const { name } = model.get("file");
    const address = URL.createObjectURL(new Blob([model.get("content")]));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };
  model.on("change:file", save);
  return () => model.off("change:file", save);
}

export default { render };
