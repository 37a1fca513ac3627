/**
 * TLS 1.3 for both ports, where the configuration names a certificate.
 *
 * <pre>
 *  security.tls_certificate ─┐                    ┌──▶ engine(): one for each connection to the data port
 *  security.tls_key ─────────┼──▶ ServerTls ──────┤
 *  security.tls_client_ca ───┘    (read again     └──▶ context(): of the HTTP server, which makes its engines itself
 *                                  on SIGHUP)
 * </pre>
 *
 * <p>A connection keeps what it began with; the next takes what was read last. No session is resumed: each client is judged by the authorities that
 * are in effect when it connects. {@link org.penstock.daemon.tls.NoReverseLookups} keeps the server's engines from asking for its name.
 */
@NullMarked
package org.penstock.daemon.tls;

import org.jspecify.annotations.NullMarked;
