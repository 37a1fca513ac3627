package org.penstock.protocol.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * Who one end of a connection is: a private key, its certificate, and the certificates between that and an authority.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class TlsIdentity {
    private static final char[] NO_PASSWORD = {};
    private static final byte[] PROBE = {'p', 'n', 's', 't'};

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Reads an identity.
     *
     * @param certificate PEM, the own certificate first
     * @param key PEM, unencrypted PKCS #8
     * @throws IOException when a file cannot be read or understood, or the key is not that of the certificate
     */
    public static TlsIdentity read(Path certificate, Path key) throws IOException {
        TlsIdentity identity = new TlsIdentity(PemFile.certificates(certificate), PemFile.key(key));
        if (!identity.isKeyOfCertificate()) {
            throw new IOException("key is not that of the certificate: certificate=" + certificate + ", key=" + key
                    + ", certificate's key=" + describe(identity.certificate().getPublicKey()) + ", key="
                    + identity.key.getAlgorithm());
        }
        return identity;
    }

    private static String describe(PublicKey key) {
        return key.getAlgorithm() + (key instanceof ECKey curve ? " " + curve.getParams() : "");
    }

    /** What the one signs the other confirms, or not. */
    private boolean isKeyOfCertificate() throws IOException {
        PublicKey expected = certificate().getPublicKey();
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> key.getAlgorithm();
                    });
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(expected);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException _) {
            return false; // of another kind
        }
    }

    /** Returns the own certificate. */
    public X509Certificate certificate() {
        return chain.getFirst();
    }

    /** Returns when the first certificate of the chain expires. */
    public Instant validUntil() {
        return chain.stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /** Returns from when on all certificates of the chain are valid. */
    public Instant validFrom() {
        return chain.stream()
                .map(one -> one.getNotBefore().toInstant())
                .max(Instant::compareTo)
                .orElseThrow();
    }

    KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }
}
