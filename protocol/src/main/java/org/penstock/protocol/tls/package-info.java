/**
 * TLS from PEM files, as OpenSSL and every certificate authority write them, for both ends of a connection.
 *
 * <pre>
 *  certificate.pem ─┐
 *                   ├──▶ TlsIdentity ──┐
 *  key.pem ─────────┘   (they match)   ├──▶ TlsContext ──▶ javax.net.ssl.SSLContext, TLS 1.3 alone
 *  ca.pem ─────────────────────────────┘
 * </pre>
 *
 * <p>A program that has its certificates elsewhere (a key store, a smart card) makes its {@link javax.net.ssl.SSLContext} itself: the client takes any.
 */
@NullMarked
package org.penstock.protocol.tls;

import org.jspecify.annotations.NullMarked;
