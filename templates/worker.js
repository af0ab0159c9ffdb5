import { start } from "/_/{{ version }}/service_worker/sw.js";
start({{ {"version": version, "shells": shells, "policy": policy, "files": files} | tojson }});
