package org.penstock.protocol.client;

import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a daemon listens, and how it is spoken to.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param address as the daemon's certificate names it, where TLS is spoken: by name, or by IP address
 * @param tls with what; {@link org.penstock.protocol.tls.TlsContext} makes one of PEM files; null = plain TCP
 */
public record Endpoint(InetSocketAddress address, @Nullable SSLContext tls) {
    /** Returns a daemon that is spoken to in plain TCP. */
    public static Endpoint plain(InetSocketAddress address) {
        return new Endpoint(address, null);
    }

    /** Returns a daemon that is spoken to in TLS 1.3. */
    public static Endpoint tls(InetSocketAddress address, SSLContext tls) {
        return new Endpoint(address, tls);
    }
}
