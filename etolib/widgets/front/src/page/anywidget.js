import * as base from "@jupyter-widgets/base";
import make from "anywidget";

export const { AnyModel, AnyView } = make(base);
