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
 */
public record SecurityConfig(@Nullable Path tokenFile, PlainText plainText) {
    private static final String CREDENTIAL = "penstock-tokens";

    public SecurityConfig {
        tokenFile = tokenFile == null ? credential(System.getenv("CREDENTIALS_DIRECTORY")) : tokenFile.toAbsolutePath();
    }

    private static @Nullable Path credential(@Nullable String directory) {
        Path file = directory == null ? null : Path.of(directory, CREDENTIAL);
        return file != null && Files.exists(file) ? file : null;
    }

    /** Returns what is missing before the daemon may listen on this address, or null when it may. */
    @Nullable String missingFor(String host) {
        if (SectionCheck.isLoopback(host)) {
            return null;
        }
        if (tokenFile == null) {
            return "a loopback address (127.0.0.1, ::1, localhost), or tokens (security.token_file)";
        }
        return plainText == PlainText.PRIVATE_NETWORK
                ? null
                : "a loopback address, or security.plain_text: private_network, for tokens and frames go unencrypted";
    }
}
