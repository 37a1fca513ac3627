/**
 * Who may do what. A leaf: the data port and the HTTP port both ask here.
 *
 * <pre>
 *  token file ──▶ TokenFile ──▶ Token (name, digest, grants) ──▶ Access.caller("…") ──▶ Caller.may(Role), mayIngest(detector)
 *                                                                      │
 *                                                                      └─ AccessException: no token, unknown token
 *  what was done, and what was refused, and by which Peer ──▶ AuditLog
 * </pre>
 *
 * <p>Tokens are kept as digests, compared in constant time, and are in no message, log line or status.
 */
@NullMarked
package org.penstock.daemon.access;

import org.jspecify.annotations.NullMarked;
