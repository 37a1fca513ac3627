package org.penstock.daemon.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who a caller is. Without tokens everybody who reaches the daemon may do everything: the configuration sees to it that then nobody but this machine
 * reaches it.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Access {
    private volatile List<Token> tokens;

    private Access(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    /** Asks for no tokens. */
    public static Access open() {
        return new Access(List.of());
    }

    static Access of(List<Token> tokens) {
        return new Access(tokens);
    }

    /**
     * Takes other tokens, for those who show one from now on.
     *
     * @param read with tokens
     */
    public void replaceBy(Access read) {
        if (tokens.isEmpty() || read.tokens.isEmpty()) {
            throw new IllegalArgumentException(
                    "a daemon that asks for tokens goes on asking, and one that does not does not begin");
        }
        tokens = read.tokens;
    }

    /** Returns the names of those who have a token. */
    public List<String> holders() {
        return tokens.stream().map(token -> token.holder().name()).toList();
    }

    /** Returns whether callers need a token. */
    public boolean asksForTokens() {
        return !tokens.isEmpty();
    }

    /**
     * Returns who holds a token.
     *
     * @param presented null when the caller has shown none
     * @throws AccessException when it is none that is known
     */
    public Caller caller(@Nullable String presented) {
        List<Token> now = tokens;
        if (now.isEmpty()) {
            return Caller.LOCAL;
        }
        if (presented == null || presented.isEmpty()) {
            throw new AccessException(true, "no token: the daemon asks for one");
        }
        byte[] digest = Token.digest(presented);
        Caller found = null;
        // all of them: how long it takes does not tell which
        for (Token token : now) {
            if (token.has(digest)) {
                found = token.holder();
            }
        }
        if (found == null) {
            throw new AccessException(true, "unknown token");
        }
        return found;
    }

    /**
     * Refuses a caller without a role.
     *
     * @throws AccessException naming the role
     */
    public static void require(Caller caller, Role role) {
        if (!caller.may(role)) {
            throw new AccessException(
                    false, "not permitted: caller=" + caller.name() + ", needs role=" + role.wireName());
        }
    }

    /**
     * Refuses frames of a detector from who may not send them.
     *
     * @throws AccessException naming both
     */
    public static void requireIngest(Caller caller, String detector) {
        if (!caller.mayIngest(detector)) {
            throw new AccessException(
                    false, "not permitted: caller=" + caller.name() + ", needs role=ingest:" + detector);
        }
    }
}
