// In the place of the index of @jupyterlab/services, which brings contents, sessions, terminals and settings along:
// what its kernel connection takes from there.
export { ServerConnection } from "@jupyterlab/services/lib/serverconnection";
export { CommsOverSubshells } from "@jupyterlab/services/lib/kernel/comm";
