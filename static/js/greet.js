// The button that greets says how many are ticked; without script it says how many there are.
const form = document.getElementById("greet");

function count() {
  const number = form.querySelectorAll("[name=to]:checked").length;
  for (const button of document.querySelectorAll("[data-greet]")) button.textContent = `发送给 ${number} 人`;
}

if (form) {
  form.addEventListener("change", count);
  count();
}
