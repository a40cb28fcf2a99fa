// What pages do besides htmx. All of them work without it.
"use strict";
