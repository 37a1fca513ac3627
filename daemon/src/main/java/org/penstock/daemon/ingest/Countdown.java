package org.penstock.daemon.ingest;

/**
 * Counts connections down, then runs the rest; at once if there are none.
 *
 * <p><b>Threading:</b> confined to the home loop.
 */
final class Countdown {
    private final Runnable then;
    private int left;

    Countdown(int count, Runnable then) {
        this.then = then;
        this.left = count;
        if (count == 0) {
            then.run();
        }
    }

    void one() {
        left--;
        if (left == 0) {
            then.run();
        }
    }
}
