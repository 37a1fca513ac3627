package org.penstock.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's first message (README section 3).
 *
 * @param role {@code data} or {@code control}
 * @param client name and version, for the log
 * @param checksums wire names of {@link Checksum.Kind}, the preferred one first
 * @param token authentication token, or null
 */
public record Hello(
        String role,
        @Nullable String client,
        @Nullable List<String> checksums,
        @Nullable String token) {
    /** Longest body of a message before the daemon knows who it talks to. */
    public static final int MAX_BYTES = 4096;

    public static final String DATA = "data";
    public static final String CONTROL = "control";

    public Hello {
        if (!DATA.equals(role) && !CONTROL.equals(role)) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE, "unknown role: key=role, expected=data or control, actual=" + role);
        }
    }
}
