package org.penstock.daemon.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.client.Endpoint;
import org.penstock.protocol.tls.TlsContext;
import picocli.CommandLine.Option;

/**
 * How a command speaks TLS to a daemon: it does where one of these is given.
 *
 * <p><b>Threading:</b> confined to its command.
 */
final class TlsOptions {
    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            defaultValue = "${PENSTOCK_TLS_CA}",
            description =
                    "Speak TLS, with a daemon whose certificate one of these authorities signed, PEM (environment: PENSTOCK_TLS_CA).")
    private @Nullable Path authorities;

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            defaultValue = "${PENSTOCK_TLS_CERTIFICATE}",
            description = "Certificate to show to the daemon, PEM (environment: PENSTOCK_TLS_CERTIFICATE).")
    private @Nullable Path certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            defaultValue = "${PENSTOCK_TLS_KEY}",
            description = "Its private key, PEM, PKCS #8 (environment: PENSTOCK_TLS_KEY).")
    private @Nullable Path key;

    Endpoint at(InetSocketAddress address) {
        return new Endpoint(address, context());
    }

    /** Returns what to speak TLS with, or null for plain TCP. */
    @Nullable SSLContext context() {
        Path ca = given(authorities);
        Path own = given(certificate);
        Path ownKey = given(key);
        if (ca == null && own == null && ownKey == null) {
            return null;
        }
        try {
            return TlsContext.ofClient(ca, own, ownKey);
        } catch (IOException e) {
            throw new CommandFailure(
                    "TLS options not taken: --tls-ca, --tls-certificate, --tls-key: " + e.getMessage(), e);
        }
    }

    /** Returns what may be wrong where a connection is reset without a word: in TLS 1.3 the refusal of a client is often lost so. */
    String doubt() {
        if (context() == null) {
            return "";
        }
        return given(certificate) == null
                ? "; this client has shown no certificate, and the daemon may ask for one: --tls-certificate, --tls-key"
                : "; it may not take the certificate of --tls-certificate";
    }

    /** A daemon is there, and the two do not come to terms. */
    static CommandFailure failed(String to, SSLException problem) {
        return new CommandFailure(
                "no TLS with the daemon: to=" + to + ", problem=" + problem.getMessage()
                        + "; look at --tls-ca, and at --tls-certificate and --tls-key if it asks for one; its log says more",
                problem);
    }

    /** An environment variable that is not there leaves an empty path. */
    private static @Nullable Path given(@Nullable Path file) {
        return file == null || file.toString().isEmpty() ? null : file;
    }
}
