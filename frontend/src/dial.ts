// The server answers a permitted call with the event ac:dial: the machine's own telephone program takes the number.
export function startDial(): void {
  document.addEventListener("ac:dial", (event) => {
    const { number } = (event as CustomEvent<{ number?: string }>).detail;
    if (number !== undefined && /^\+?\d{4,15}$/.test(number)) location.assign(`tel:${number}`);
  });
}
