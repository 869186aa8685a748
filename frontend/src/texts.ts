// The few sentences that the script shows by itself. The server translates them into attributes of <body>; these are the last resort.
const FALLBACK = {
  offline: "No hay conexión con el servidor. Lo que escribió sigue aquí; inténtelo de nuevo.",
  error: "Algo falló en el servidor. Quedó registrado; inténtelo de nuevo en un momento.",
  denied: "No tiene permiso para esto.",
  expired: "La sesión terminó. Entre de nuevo.",
  copied: "Copiado",
  close: "Cerrar",
  draft: "Borrador recuperado",
  shortcuts: "Atajos de teclado",
} as const;

export type TextName = keyof typeof FALLBACK;

export function text(name: TextName): string {
  return document.body.dataset[`text${name[0]!.toUpperCase()}${name.slice(1)}`] ?? FALLBACK[name];
}
