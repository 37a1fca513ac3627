package org.penstock.protocol.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS contexts of PEM files.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class TlsContext {
    /** The one version that is spoken. */
    public static final String PROTOCOL = "TLSv1.3";

    private TlsContext() {}

    /**
     * Returns what a client connects with.
     *
     * @param authorities PEM, who may have signed the daemon's certificate; null = the JDK's own list
     * @param certificate PEM, shown to a daemon that asks for one; null = none
     * @param key PEM, of the certificate
     * @throws IOException when a file cannot be read or understood, or the key is not that of the certificate
     */
    public static SSLContext ofClient(@Nullable Path authorities, @Nullable Path certificate, @Nullable Path key)
            throws IOException {
        if ((certificate == null) != (key == null)) {
            throw new IOException("certificate and key go together: certificate=" + certificate + ", key=" + key);
        }
        TlsIdentity identity = certificate == null || key == null ? null : TlsIdentity.read(certificate, key);
        return of(identity, authorities);
    }

    /**
     * Returns a context.
     *
     * @param identity who this end is, null = nobody
     * @param authorities PEM, who may have signed the certificates of others; null = the JDK's own list
     * @throws IOException when the file cannot be read or understood
     */
    public static SSLContext of(@Nullable TlsIdentity identity, @Nullable Path authorities) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            KeyManager[] own = identity == null ? new KeyManager[0] : identity.keyManagers();
            context.init(own, authorities == null ? null : trust(authorities), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS not set up: problem=" + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate certificate : PemFile.certificates(authorities)) {
            store.setCertificateEntry("authority-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
