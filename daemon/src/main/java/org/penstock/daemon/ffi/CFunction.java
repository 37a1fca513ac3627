package org.penstock.daemon.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A function of the C library, called with boxed arguments: for what is not on the way of a frame.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class CFunction {
    // <asm-generic/errno-base.h>
    private static final int EINTR = 4;

    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final String name;
    private final MethodHandle handle;

    private CFunction(String name, MethodHandle handle) {
        this.name = name;
        this.handle = handle;
    }

    /**
     * What a function returned.
     *
     * @param value of the type that its signature says
     * @param errno means something only when the value says that the function has failed
     */
    public record Answer(Object value, int errno) {
        /** Returns a number that was returned. */
        public long number() {
            return ((Number) value).longValue();
        }

        /** Returns an address that was returned. */
        public MemorySegment address() {
            return (MemorySegment) value;
        }

        private boolean wasInterrupted() {
            return value instanceof Number && number() < 0 && errno == EINTR;
        }
    }

    /** Finds a function. */
    @SuppressWarnings("restricted")
    public static CFunction of(String name, FunctionDescriptor signature, Linker.Option... more) {
        Linker linker = Linker.nativeLinker();
        Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
        options[more.length] = Linker.Option.captureCallState("errno");
        return new CFunction(name, linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature, options));
    }

    /** Calls it, and again while a signal interrupts it. */
    public Answer callThroughSignals(Object... arguments) {
        Answer answer = call(arguments);
        while (answer.wasInterrupted()) {
            answer = call(arguments);
        }
        return answer;
    }

    /**
     * Calls it.
     *
     * @param arguments of the types that its signature says
     */
    // a downcall throws nothing of its own, but its signature says Throwable
    @SuppressWarnings("IllegalCatch")
    public Answer call(Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            List<Object> all = new ArrayList<>(arguments.length + 1);
            all.add(state);
            all.addAll(List.of(arguments));
            Object value = handle.invokeWithArguments(all);
            return new Answer(value, (int) ERRNO.get(state, 0L));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("native call failed: function=" + name, e);
        }
    }
}
