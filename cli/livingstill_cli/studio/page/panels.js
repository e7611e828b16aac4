// The five panels by their names. Each is made anew when it is opened.

import {correct} from "./correct.js";
import {direct} from "./direct.js";
import {exporting} from "./export.js";
import {finish} from "./finish.js";
import {see} from "./see.js";

export const panels = {see, correct, direct, finish, export: exporting};
