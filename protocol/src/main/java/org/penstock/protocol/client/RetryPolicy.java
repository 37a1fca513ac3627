package org.penstock.protocol.client;

import java.time.Duration;

/**
 * How a {@link ResumableStream} meets cuts and restarts.
 *
 * @param patience how long there may be no progress, with connections lost, before the stream is given up; zero to give up at the first cut
 * @param keptBytes how much memory frames may take that are not acknowledged yet; where this is less than what the daemon gathers for two
 *     chunks, it is that
 * @param silence after how long without a word from the daemon it is asked for a sign of life; after three times as long the connection is
 *     taken for lost
 */
public record RetryPolicy(Duration patience, long keptBytes, Duration silence) {
    /** A minute, 256 MiB, 10 s. */
    public static final RetryPolicy DEFAULTS =
            new RetryPolicy(Duration.ofSeconds(60), 256 << 20, Duration.ofSeconds(10));

    public RetryPolicy {
        if (patience.isNegative() || keptBytes < 0 || silence.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    "bad retry policy: expected=patience and keptBytes of 0 or more, silence of 1 ms or"
                            + " more, actual=" + patience + ", " + keptBytes + ", " + silence);
        }
    }

    /** The same, with other patience. */
    public RetryPolicy withPatience(Duration newPatience) {
        return new RetryPolicy(newPatience, keptBytes, silence);
    }

    /** The same, with other memory. */
    public RetryPolicy withKeptBytes(long newKeptBytes) {
        return new RetryPolicy(patience, newKeptBytes, silence);
    }

    /** The same, sooner or later in doubt. */
    public RetryPolicy withSilence(Duration newSilence) {
        return new RetryPolicy(patience, keptBytes, newSilence);
    }
}
