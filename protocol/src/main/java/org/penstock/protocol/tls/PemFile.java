package org.penstock.protocol.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and keys from PEM files.
 *
 * <p><b>Threading:</b> any thread.
 */
final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /** Of keys: PKCS #8 does say which it is, the JDK does not look. */
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private PemFile() {}

    /**
     * Returns all certificates of a file, in its order.
     *
     * @throws IOException when it cannot be read, or has none
     */
    static List<X509Certificate> certificates(Path file) throws IOException {
        try {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(blocks(file, "CERTIFICATE")))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) {
                throw new IOException(
                        "no certificate in it: file=" + file + ", expected=a PEM file, BEGIN CERTIFICATE");
            }
            return found;
        } catch (CertificateException e) {
            throw new IOException("certificate not understood: file=" + file + ", problem=" + e.getMessage(), e);
        }
    }

    /** Returns the blocks of a kind alone: OpenSSL writes text between them, which the JDK does not take. */
    private static byte[] blocks(Path file, String kind) throws IOException {
        StringBuilder blocks = new StringBuilder();
        Matcher block = BLOCK.matcher(read(file));
        while (block.find()) {
            if (block.group(1).equals(kind)) {
                blocks.append(block.group()).append('\n');
            }
        }
        return blocks.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Returns the private key of a file.
     *
     * @throws IOException when it cannot be read or is no unencrypted PKCS #8 key; never with anything of the key in it
     */
    static PrivateKey key(Path file) throws IOException {
        String other = null;
        Matcher block = BLOCK.matcher(read(file));
        while (block.find()) {
            String kind = block.group(1);
            if (kind.equals("PRIVATE KEY")) {
                return key(file, block.group(2));
            }
            other = kind.endsWith("PRIVATE KEY") ? kind : other;
        }
        throw new IOException(
                "no private key that can be read in it: file=" + file + ", expected=BEGIN PRIVATE KEY, actual="
                        + (other == null
                                ? "no key"
                                : "BEGIN " + other + "; openssl pkcs8 -topk8 -nodes -in " + file + " makes one"));
    }

    private static PrivateKey key(Path file, String base64) throws IOException {
        @Nullable Exception last = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(
                                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
            } catch (InvalidKeySpecException e) {
                last = e; // of another algorithm, perhaps
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new IOException("private key not understood: file=" + file, e);
            }
        }
        throw new IOException("private key not understood: file=" + file + ", expected=one of " + ALGORITHMS, last);
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("no such file: file=" + file, e);
        } catch (IOException e) {
            throw new IOException("not read: file=" + file + ", problem=" + e, e);
        }
    }
}
