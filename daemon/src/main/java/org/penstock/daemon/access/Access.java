package org.penstock.daemon.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who a caller is. Without tokens everybody who reaches the daemon may do everything: the configuration sees to it that then nobody but this machine
 * reaches it.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Access {
    private final List<Token> tokens;

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
        if (tokens.isEmpty()) {
            return Caller.LOCAL;
        }
        if (presented == null || presented.isEmpty()) {
            throw new AccessException(true, "no token: the daemon asks for one");
        }
        byte[] digest = Token.digest(presented);
        Caller found = null;
        // all of them: how long it takes does not tell which
        for (Token token : tokens) {
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
