package org.penstock.daemon.tls;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log why a connection came to nothing before it was one: a stranger can cause that at will, and the log
 * keeps repetitions short.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class TlsRefusals {
    private static final Logger LOG = LoggerFactory.getLogger(TlsRefusals.class);

    TlsRefusals() {}

    /** Notes a client that did not come through the handshake. */
    public void handshakeFailed(String port, String peer, @Nullable String problem) {
        LOG.warn("TLS connection refused: port={}, peer={}, problem={}", port, peer, explain(String.valueOf(problem)));
    }

    /** Notes a client that does not speak TLS. */
    public void plainBytes(String port, String peer) {
        LOG.warn(
                "plain bytes where TLS is spoken: port={}, peer={}, the client must be told to use TLS (--tls-ca FILE),"
                        + " for security.tls_certificate is set",
                port,
                peer);
    }

    private static String explain(String problem) {
        String text = problem.toLowerCase(Locale.ROOT);
        if (text.contains("empty client certificate chain")) {
            return problem + "; the client shows no certificate, security.tls_client_ca asks for one";
        }
        if (text.contains("path building failed") || text.contains("path validation")) {
            return problem + "; the client's certificate is not of security.tls_client_ca";
        }
        if (text.contains("unknown_ca") || text.contains("certificate_unknown") || text.contains("bad_certificate")) {
            return problem + "; the client does not take the daemon's certificate";
        }
        return problem;
    }
}
