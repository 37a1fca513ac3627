package org.penstock.daemon.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;

/**
 * A token that the daemon takes, and what its holder may do. Of the token itself only the digest is kept.
 *
 * <p><b>Threading:</b> immutable.
 */
final class Token {
    private final byte[] digest;
    private final Caller holder;

    Token(byte[] digest, Caller holder) {
        this.digest = digest.clone();
        this.holder = holder;
    }

    static Token of(String name, String secret, Set<Role> roles, Set<String> detectors) {
        return new Token(digest(secret), new Caller(name, roles, detectors));
    }

    static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Returns whether this is the digest of the token; takes as long whether it is or not. */
    boolean has(byte[] presented) {
        return MessageDigest.isEqual(digest, presented);
    }

    Caller holder() {
        return holder;
    }
}
