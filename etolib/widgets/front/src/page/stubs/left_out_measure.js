// In the place of leaflet-measure, which makes functions out of text: our pages forbid that. jupyter-leaflet adds to its
// class as it is loaded, so there must be one.
import L from "leaflet";

L.Control.Measure = L.Control.extend({});
