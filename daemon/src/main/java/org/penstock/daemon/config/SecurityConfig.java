package org.penstock.daemon.config;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who may reach the daemon. See {@code penstock.yaml} for the meaning of each key.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param tokenFile file of tokens, or null = nobody is asked for one; given as null it is systemd's credential {@code penstock-tokens}, if there is one
 * @param plainText where frames, requests and tokens may go unencrypted
 * @param tlsCertificate PEM, the daemon's, with which both ports speak TLS; null = plain TCP
 * @param tlsKey PEM, of the certificate; given as null it is systemd's credential {@code penstock-tls-key}, if there is one
 * @param tlsClientCa PEM, of whom clients must show a certificate; null = they need none
 */
public record SecurityConfig(
        @Nullable Path tokenFile,
        PlainText plainText,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        @Nullable Path tlsClientCa) {
    private static final String TOKENS = "penstock-tokens";
    private static final String TLS_KEY = "penstock-tls-key";

    /** @throws ConfigurationException when what belongs together is not there together */
    public SecurityConfig {
        tokenFile = tokenFile == null ? credential(TOKENS) : tokenFile.toAbsolutePath();
        if (tlsCertificate != null) {
            tlsCertificate = tlsCertificate.toAbsolutePath();
            tlsKey = tlsKey == null ? credential(TLS_KEY) : tlsKey;
        }
        tlsKey = tlsKey == null ? null : tlsKey.toAbsolutePath();
        tlsClientCa = tlsClientCa == null ? null : tlsClientCa.toAbsolutePath();
        new SectionCheck("security")
                .that(
                        tlsCertificate == null || tlsKey != null,
                        "tls_key",
                        "the key of security.tls_certificate, or a systemd credential " + TLS_KEY,
                        "null")
                .that(
                        tlsKey == null || tlsCertificate != null,
                        "tls_certificate",
                        "the certificate of security.tls_key",
                        "null")
                .that(
                        tlsClientCa == null || tlsCertificate != null,
                        "tls_certificate",
                        "a certificate of the daemon's own, for security.tls_client_ca is set",
                        "null")
                .refuseProblems();
    }

    private static @Nullable Path credential(String name) {
        String directory = System.getenv("CREDENTIALS_DIRECTORY");
        Path file = directory == null ? null : Path.of(directory, name);
        return file != null && Files.exists(file) ? file : null;
    }

    /** Returns whether both ports speak TLS. */
    public boolean hasTls() {
        return tlsCertificate != null;
    }

    /** Returns what is missing before the daemon may listen on this address, or null when it may. */
    @Nullable String missingFor(String host) {
        if (SectionCheck.isLoopback(host)) {
            return null;
        }
        if (tokenFile == null) {
            return "a loopback address (127.0.0.1, ::1, localhost), or tokens (security.token_file)";
        }
        return hasTls() || plainText == PlainText.PRIVATE_NETWORK
                ? null
                : "a loopback address, or TLS (security.tls_certificate), or security.plain_text: private_network, for tokens"
                        + " and frames go unencrypted";
    }
}
