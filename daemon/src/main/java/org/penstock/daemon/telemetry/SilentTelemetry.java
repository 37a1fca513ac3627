package org.penstock.daemon.telemetry;

/**
 * Counts nothing of what comes with frames and chunks, and reads no clock for it. A daemon that has it says nothing true in STATUS and metrics.
 *
 * <p><b>Threading:</b> any thread.
 */
final class SilentTelemetry extends Telemetry {
    @Override
    public void add(Counter counter, long amount) {}

    @Override
    public void increment(Counter counter) {}

    @Override
    public Tally newTally() {
        return new Silence();
    }

    @Override
    public long nowNs() {
        return 0;
    }

    @Override
    public void took(Timing timing, long ns) {}

    @Override
    public void latency(long ns, long frames) {}

    @Override
    public void receiveGap(long ns) {}

    private static final class Silence extends Tally {
        @Override
        public void add(Counter counter, long amount) {}

        @Override
        public void increment(Counter counter) {}
    }
}
