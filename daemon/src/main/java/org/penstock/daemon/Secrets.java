package org.penstock.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.access.TokenFile;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.PlainText;
import org.penstock.daemon.config.SecurityConfig;
import org.penstock.daemon.tls.Door;
import org.penstock.daemon.tls.ServerTls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens, certificates and keys: read at the start, and again when the daemon is told to.
 *
 * <p><b>Threading:</b> reloaded by one thread at a time; the rest any thread.
 *
 * @param config where they are
 * @param door of both ports
 */
record Secrets(SecurityConfig config, Door door) {
    private static final Logger LOG = LoggerFactory.getLogger(Secrets.class);

    /**
     * Reads all.
     *
     * @throws ConfigurationException when a file cannot be used; says which
     */
    static Secrets read(SecurityConfig config, Clock clock) {
        try {
            ServerTls tls = ServerTls.read(config, clock);
            if (tls != null) {
                LOG.info("TLS 1.3 on both ports: {}", tls.describe());
            } else if (config.plainText() == PlainText.PRIVATE_NETWORK) {
                LOG.warn(
                        "security.plain_text=private_network: tokens and frames go unencrypted, whoever is on the network reads along");
            }
            Path tokens = config.tokenFile();
            Access access = tokens == null ? Access.open() : tokens(tokens);
            return new Secrets(config, new Door(access, new AuditLog(), tls, _ -> {}));
        } catch (IOException e) {
            throw new ConfigurationException(String.valueOf(e.getMessage()), e);
        }
    }

    private static Access tokens(Path file) throws IOException {
        try {
            return TokenFile.read(file);
        } catch (IOException e) {
            throw new IOException("tokens not read: security.token_file: " + e.getMessage(), e);
        }
    }

    /** Reads the same files again, for those who come from now on. What cannot be used stays as it was; the log says which. */
    void reload() {
        Path file = config.tokenFile();
        if (file != null) {
            reload("tokens", () -> reloadTokens(file));
        }
        ServerTls own = door.tls();
        if (own != null) {
            reload("certificates", () -> {
                own.reload();
                LOG.info("certificates read again: {}", own.describe());
            });
        }
    }

    private void reloadTokens(Path file) throws IOException {
        Access access = door.access();
        List<String> before = access.holders();
        access.replaceBy(tokens(file));
        List<String> now = access.holders();
        LOG.info(
                "tokens read again: holders={}, added={}, removed={}; open connections stay",
                now,
                without(now, before),
                without(before, now));
    }

    private static List<String> without(List<String> names, List<String> others) {
        List<String> left = new ArrayList<>(names);
        left.removeAll(others);
        return left;
    }

    /** Reads one of them. */
    private interface Reading {
        void read() throws IOException;
    }

    private static void reload(String what, Reading reading) {
        try {
            reading.read();
        } catch (IOException e) {
            LOG.error("{} not taken, the old ones stay: {}", what, e.getMessage());
        }
    }
}
