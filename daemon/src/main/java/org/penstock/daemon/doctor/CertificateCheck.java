package org.penstock.daemon.doctor;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.penstock.daemon.config.SecurityConfig;
import org.penstock.daemon.tls.ServerTls;

/**
 * Whether the daemon starts with its certificate, and for how long it will.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class CertificateCheck implements Check {
    private static final String NAME = "tls certificate";

    private final SecurityConfig config;
    private final Clock clock;

    CertificateCheck(SecurityConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Finding look() {
        try {
            ServerTls tls = ServerTls.read(config, clock);
            return tls == null ? Finding.good(NAME, "none, plain TCP") : found(tls);
        } catch (IOException e) {
            return Finding.wrong(
                    NAME,
                    String.valueOf(e.getMessage()),
                    "the daemon does not start, and on SIGHUP keeps the certificate that it has",
                    "openssl x509 -noout -subject -dates -in " + config.tlsCertificate());
        }
    }

    private Finding found(ServerTls tls) {
        Duration left = Duration.between(clock.instant(), tls.validUntil());
        String found = tls.describe() + ", " + left.toDays() + " days left";
        return left.compareTo(ServerTls.SOON) >= 0
                ? Finding.good(NAME, found)
                : Finding.costly(
                        NAME,
                        found,
                        "once it has expired no client connects, and the daemon does not start",
                        "install a new one at " + config.tlsCertificate() + " and say systemctl reload penstockd");
    }
}
