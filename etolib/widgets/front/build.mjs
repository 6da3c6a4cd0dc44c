// Builds the front end into built/: `npm ci && npm run build`, or `python tools/build_front.py`, which does both.
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const built = path.join(here, "built.new");
const require = createRequire(import.meta.url);
const read = (name) => readFileSync(path.join(here, "node_modules", name), "utf8");
const packageVersion = (name) => JSON.parse(read(`${name}/package.json`)).version;

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",  // see licences()
  metafile: true,
  logLevel: "warning",
};

// Leaflet plugins that no page of etolib uses and that would be the larger part of the bundle, and the classes of
// jupyter-leaflet that cannot be had without them (the beginnings of their names).
const leftOut = {
  "@geoman-io/leaflet-geoman-free": ["LeafletGeomanDrawControl"],
  "leaflet-ant-path": ["LeafletAntPath"],
  "leaflet-draw": ["LeafletDrawControl"],
  "leaflet-measure": ["LeafletMeasureControl"],
  "leaflet-splitmap": ["LeafletSplitMapControl"],
  "leaflet-velocity": ["LeafletVelocity"],
  "leaflet.awesome-markers": ["LeafletAwesomeIcon"],
  "leaflet.vectorgrid": ["LeafletVectorTileLayer"],
  "proj4": [],  // projections other than those of leaflet
  "proj4leaflet": [],
  "protomaps-leaflet": ["LeafletPMTilesLayer"],
};
const LEFT_OUT = Object.values(leftOut).flat();

const stub = (name) => path.join(here, "src", "page", "stubs", name);
const owner = (name) => Object.keys(leftOut).find((one) => name === one || name.startsWith(`${one}/`));

const inputs = []; // every file that went into a bundle

// The licences of everything that was bundled, which ask to be handed on with it.
function licences() {
  const packages = new Set(inputs.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean));
  return [...packages].sort().map((name) => {
    const folder = path.join(here, "node_modules", name);
    const { version, license, author, homepage } = JSON.parse(read(`${name}/package.json`));
    const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one) && !/\.html$/i.test(one));
    const text = file ? readFileSync(path.join(folder, file), "utf8") : `By ${author?.name ?? author ?? homepage ?? "its authors"}.`;
    return `${name} ${version} (${license ?? "see below"})\n\n${text.trim()}\n`;
  }).join(`\n${"-".repeat(80)}\n`);
}

const plugins = [
  {
    name: "etolib",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path: name }) => {
        if (name === "sanitize-html") return { path: stub("sanitize.js") };
        if (name === "leaflet-measure") return { path: stub("left_out_measure.js") };
        if (owner(name)) return { path: stub(name.endsWith(".css") ? "left_out.css" : "left_out.js") };
        return null;
      });
      build.onResolve({ filter: /^\.\.$/ }, ({ importer }) =>
        importer.endsWith("services/lib/kernel/default.js") ? { path: stub("services.js") } : null,
      );
      // A webpack convention in two style sheets of leaflet plugins.
      build.onResolve({ filter: /^~/ }, ({ path: name }) => ({ path: path.join(here, "node_modules", name.slice(1)) }));
      // anywidget's front end is an AMD module: define(["@jupyter-widgets/base"], make).
      build.onLoad({ filter: /node_modules\/anywidget\/dist\/index\.js$/ }, ({ path: file }) => {
        const text = readFileSync(file, "utf8");
        const module = text.replace(/define\(\["@jupyter-widgets\/base"\], (\w+)\);\s*$/, "export default $1;\n");
        // It gives a widget up that is not there within 2 s: a telephone, or a machine with much to do, may need longer.
        const patient = module.replace("AbortSignal.timeout(2e3)", "AbortSignal.timeout(6e4)");
        if (module === text || patient === module) throw new Error("anywidget's front end has another form than expected");
        return { contents: patient, loader: "js" };
      });
      // One font format is enough for any browser of today.
      build.onLoad({ filter: /font-awesome\.css$/ }, ({ path: file }) => {
        const text = readFileSync(file, "utf8");
        const font = 'src: url("../fonts/fontawesome-webfont.woff2") format("woff2");';
        return { contents: text.replace(/src: url[^;]*;\s*src: url[^;]*;/, font), loader: "css" };
      });
    },
  },
];

function hashedName(outputs, entry) {
  const found = Object.entries(outputs).find(([, output]) => output.entryPoint === entry);
  return [path.basename(found[0]), found[1]];
}

async function buildPage() {
  const entry = "src/page/main.js";
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: { page: entry },
    outdir: path.join(built, "page"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    splitting: true,
    plugins,
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis", LEFT_OUT: JSON.stringify(LEFT_OUT) },
    // Files of their own: each is fetched when it is first drawn, not before.
    loader: { ".png": "file", ".gif": "file", ".svg": "file", ".woff2": "file" },
  });
  if (process.env.ETOLIB_FRONT_SIZES) console.log(await esbuild.analyzeMetafile(metafile));
  inputs.push(...Object.keys(metafile.inputs));
  const folder = path.join(built, "page");
  const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  for (const name of files) {
    writeFileSync(path.join(folder, `${name}.gz`), gzipSync(readFileSync(path.join(folder, name)), { level: 9 }));
  }
  const [script, output] = hashedName(metafile.outputs, entry);
  return {
    script,
    style: path.basename(output.cssBundle),
    preload: files.filter((name) => name.endsWith(".js") && name !== script),
  };
}

// Each is one file, as anywidget wants it: in the page, and in JupyterLab.
async function buildWidgets() {
  const there = (file) => existsSync(path.join(here, file));
  const names = readdirSync(path.join(here, "src")).filter((name) => there(`src/${name}/${name}.js`));
  const files = (name) => [`src/${name}/${name}.js`, `src/${name}/${name}.css`].filter(there);
  if (!names.length) return [];
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: names.flatMap((name) => files(name).map((file) => ({ in: file, out: name }))),
    outdir: built,
  });
  inputs.push(...Object.keys(metafile.inputs));
  return names;
}

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
const page = await buildPage();
const widgets = await buildWidgets();
writeFileSync(path.join(built, "LICENCES.txt"), licences());
const versionIn = (file, name) => new RegExp(`${name} = '([^']+)'`).exec(read(file))[1];
writeFileSync(
  path.join(built, "manifest.json"),
  JSON.stringify(
    {
      page,
      widgets,
      left_out: LEFT_OUT,
      // What the widgets of the installed Python packages must ask for (tests and the server compare).
      modules: {
        "@jupyter-widgets/base": versionIn("@jupyter-widgets/base/lib/version.js", "JUPYTER_WIDGETS_VERSION"),
        "@jupyter-widgets/controls": versionIn("@jupyter-widgets/controls/lib/version.js", "JUPYTER_CONTROLS_VERSION"),
        "jupyter-leaflet": packageVersion("jupyter-leaflet"),
        anywidget: packageVersion("anywidget"),
      },
    },
    null,
    2,
  ),
);
// What was there is in use until what takes its place is whole.
rmSync(path.join(here, "built"), { recursive: true, force: true });
renameSync(built, path.join(here, "built"));
