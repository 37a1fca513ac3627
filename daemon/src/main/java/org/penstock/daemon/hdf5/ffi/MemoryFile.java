package org.penstock.daemon.hdf5.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Puts an empty file in memory in the place of an open descriptor: what is written to it from then on is lost, and
 * writing cannot fail.
 *
 * <p><b>Threading:</b> any thread.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class MemoryFile {
    private static final MethodHandle CREATE = bind("memfd_create", ADDRESS, JAVA_INT);
    private static final MethodHandle DUPLICATE = bind("dup2", JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = bind("close", JAVA_INT);

    private MemoryFile() {}

    /**
     * {@code memfd_create(2)}, {@code dup2(2)}, {@code close(2)}.
     *
     * @return whether the descriptor now leads to memory
     */
    public static boolean replace(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom("penstock-abandoned");
            int memory = (int) CREATE.invokeExact(name, 0);
            if (memory < 0) {
                return false;
            }
            int duplicated = (int) DUPLICATE.invokeExact(memory, descriptor);
            int _ = (int) CLOSE.invokeExact(memory);
            return duplicated == descriptor;
        } catch (Throwable e) {
            throw LibHdf5.unexpected(e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }
}
