package org.penstock.daemon.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.PrivateFile;
import org.penstock.daemon.config.SecurityConfig;
import org.penstock.protocol.tls.TlsContext;
import org.penstock.protocol.tls.TlsIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ports speak TLS with.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class ServerTls {
    /** From when on before its end a certificate is spoken of. */
    public static final Duration SOON = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

    static {
        // a client that comes back shows its certificate again: a resumed session would outlive the authority that
        // vouched for it
        System.setProperty("jdk.tls.server.newSessionTicketCount", "0");
    }

    private final Files files;
    private final Clock clock;
    private final TlsRefusals refusals = new TlsRefusals();
    private final LatestContext latest;
    private volatile Loaded loaded;

    /** Where all is. */
    private record Files(
            Path certificate, Path key, @Nullable Path clientAuthorities) {}

    /** What was read together. */
    private record Loaded(SSLContext context, TlsIdentity identity) {}

    private ServerTls(Files files, Loaded loaded, Clock clock) {
        this.files = files;
        this.loaded = loaded;
        this.clock = clock;
        this.latest = LatestContext.of(() -> this.loaded.context, refusals);
    }

    /**
     * Reads certificates and key, or returns null when the configuration names none.
     *
     * @throws IOException when they cannot be used: not read, not matching, open to others, expired; names the key of the configuration
     */
    public static @Nullable ServerTls read(SecurityConfig config, Clock clock) throws IOException {
        Path certificate = config.tlsCertificate();
        Path key = config.tlsKey();
        if (certificate == null || key == null) {
            return null;
        }
        Files files = new Files(certificate, key, config.tlsClientCa());
        return new ServerTls(files, load(files, clock), clock);
    }

    private static Loaded load(Files files, Clock clock) throws IOException {
        try {
            PrivateFile.expect(files.key);
            TlsIdentity identity = TlsIdentity.read(files.certificate, files.key);
            expectValid(identity, files.certificate, clock.instant());
            return new Loaded(TlsContext.of(identity, files.clientAuthorities), identity);
        } catch (IOException e) {
            throw new IOException(
                    "certificates not taken: security.tls_certificate, tls_key, tls_client_ca: " + e.getMessage(), e);
        }
    }

    private static void expectValid(TlsIdentity identity, Path certificate, Instant now) throws IOException {
        if (now.isAfter(identity.validUntil())) {
            throw new IOException("certificate has expired: file=" + certificate + ", validUntil="
                    + identity.validUntil() + ", now=" + now + "; install a new one");
        }
        if (now.isBefore(identity.validFrom())) {
            throw new IOException("certificate is not valid yet: file=" + certificate + ", validFrom="
                    + identity.validFrom() + ", now=" + now + "; is the clock right?");
        }
        if (now.plus(SOON).isAfter(identity.validUntil())) {
            LOG.warn(
                    "certificate expires soon: file={}, validUntil={}, days={}",
                    certificate,
                    identity.validUntil(),
                    Duration.between(now, identity.validUntil()).toDays());
        }
    }

    /**
     * Reads the same files again, for connections that come from now on; those that are open stay.
     *
     * @throws IOException as {@link #read}; then all stays as it was
     */
    public void reload() throws IOException {
        loaded = load(files, clock);
    }

    /** Returns what is in effect, for the log. */
    public String describe() {
        TlsIdentity now = loaded.identity;
        return "subject=" + now.certificate().getSubjectX500Principal() + ", validUntil=" + now.validUntil()
                + ", client certificates="
                + (files.clientAuthorities == null ? "not asked for" : "of " + files.clientAuthorities);
    }

    /** Returns until when the certificate in effect is valid. */
    public Instant validUntil() {
        return loaded.identity.validUntil();
    }

    /** Returns whether a client must show a certificate. */
    public boolean asksForCertificates() {
        return files.clientAuthorities != null;
    }

    /** Returns a context that makes each engine of what was read last. */
    public SSLContext context() {
        return latest;
    }

    /** Returns where connections are noted that came to nothing. */
    public TlsRefusals refusals() {
        return refusals;
    }

    /** Returns whose certificate the client has shown, or null when it has shown none. */
    public static @Nullable Principal subject(SSLSession session) {
        try {
            return session.getPeerPrincipal();
        } catch (SSLPeerUnverifiedException _) {
            return null;
        }
    }

    /** Returns the daemon's end of a new connection. */
    public SSLEngine engine() {
        SSLEngine engine = loaded.context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(new String[] {TlsContext.PROTOCOL});
        engine.setNeedClientAuth(asksForCertificates());
        return engine;
    }
}
