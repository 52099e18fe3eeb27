// A kiosk goes back to its start when nobody has touched it for twenty seconds: the next pupil finds no name.
const REST = 20_000;
let rest = 0;

const begin = () => {
  clearTimeout(rest);
  rest = setTimeout(() => location.replace("/kiosk/"), REST);
};

for (const sign of ["keydown", "pointerdown", "input"]) document.addEventListener(sign, begin);
begin();
