// In the place of a leaflet plugin that is left out of the bundle. The classes that need it are refused by name before
// they come here (see left_out in build.mjs).
const missing = () => {
  throw new Error("this leaflet plugin is left out of the slim front end");
};
export const antPath = missing;
export const json_style = missing;
export const leafletLayer = missing;
export default missing;
