// Bundles the screens' TypeScript and CSS into acuerdo/static/dist. File names are plain: the pages ask for them by name.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { context, build } from "esbuild";

const out = "acuerdo/static/dist";
const watch = process.argv.includes("--watch");

/** One SVG file with a <symbol> for each name in icons.txt; the drawings come from the @tabler/icons package. */
async function writeIcons() {
  const names = (await readFile("frontend/icons.txt", "utf8")).split("\n").map((line) => line.trim()).filter(Boolean);
  const symbols = await Promise.all(names.map(async (name) => {
    const svg = await readFile(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const drawing = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" \/>/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${drawing}</symbol>`;
  }));
  await writeFile(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

/** The web server hands out these neighbours to browsers that take them: the style sheet is a tenth of its size then. */
async function writeCompressed() {
  const names = (await readdir(out)).filter((name) => /\.(js|css|svg)$/.test(name));
  await Promise.all(names.map(async (name) => {
    const content = await readFile(`${out}/${name}`);
    const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    await writeFile(`${out}/${name}.br`, await promisify(brotliCompress)(content, brotli));
    await writeFile(`${out}/${name}.gz`, await promisify(gzip)(content, { level: 9 }));
  }));
}

const options = {
  entryPoints: [
    { in: "frontend/src/app.ts", out: "app" },
    { in: "frontend/src/charts.ts", out: "charts" },
    { in: "frontend/src/theme.ts", out: "theme" },
    { in: "frontend/app.css", out: "app" },
  ],
  bundle: true,
  minify: !watch,
  format: "iife",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  outdir: out,
  assetNames: "files/[name]",
  loader: { ".woff2": "file" },
  legalComments: "linked",
  logLevel: "warning",
};
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await writeIcons();
await copyFile("frontend/favicon.svg", `${out}/favicon.svg`);
if (watch) await (await context(options)).watch();
else {
  await build(options);
  await writeCompressed();
}
