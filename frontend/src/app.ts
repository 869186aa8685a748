// Starts every part. Each listens on the document, so what a swap brings in later works without being started again.
import "./kit.js";
import { startConversation } from "./conversation";
import { startDialogs } from "./dialogs";
import { startDrafts } from "./drafts";
import { startEditor } from "./editor";
import { startFocus } from "./focus";
import { startForms } from "./forms";
import { startPickers } from "./picker";
import { startShortcuts } from "./shortcuts";
import { startThemeToggle } from "./theme-toggle";
import { startTimes } from "./times";
import { startToasts } from "./toasts";
import { startWalk } from "./walk";

startToasts();
startConversation();
startFocus();
startDialogs();
startForms();
startDrafts();
startShortcuts();
startThemeToggle();
startTimes();
startPickers();
startWalk();
startEditor();
