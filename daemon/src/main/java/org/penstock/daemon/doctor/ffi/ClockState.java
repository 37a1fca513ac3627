package org.penstock.daemon.doctor.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import org.penstock.daemon.ffi.CFunction;

/** Whether something keeps the kernel's clock right: {@code adjtimex(2)}. */
public enum ClockState {
    SYNCHRONISED,
    ADRIFT,
    UNKNOWN;

    /** {@code sizeof(struct timex)} of {@code <sys/timex.h>}, x86-64 and aarch64. */
    private static final int TIMEX_BYTES = 208;

    /** What it returns when the clock is not synchronised. */
    private static final int TIME_ERROR = 5;

    /** {@code int adjtimex(struct timex *buf)}; all zeros means: only read. */
    private static final CFunction ADJTIMEX =
            CFunction.of("adjtimex", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    /** Asks the kernel. */
    public static ClockState read() {
        try (Arena arena = Arena.ofConfined()) {
            long answer = ADJTIMEX.call(arena.allocate(TIMEX_BYTES, Long.BYTES)).number();
            return answer < 0 ? UNKNOWN : answer == TIME_ERROR ? ADRIFT : SYNCHRONISED;
        }
    }
}
