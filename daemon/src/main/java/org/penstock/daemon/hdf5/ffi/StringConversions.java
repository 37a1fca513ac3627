package org.penstock.daemon.hdf5.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Frees what libhdf5 1.14.3 keeps of every file that ever held a string of variable length: about 2 kB a file, for as long
 * as the process lives (HDFGroup/hdf5 issue 1256, cured in 1.14.4).
 *
 * <p>The library caches a conversion for each such file. They go when the conversion function is unregistered; it is
 * registered again at once, and the conversions of files still open are made anew when needed.
 *
 * <p><b>Threading:</b> the thread that owns HDF5.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class StringConversions {
    /** {@code H5T_PERS_SOFT}: a conversion between classes of types. */
    private static final int SOFT = 1;

    private static final long ANY_TYPE = -1;

    private static final MethodHandle UNREGISTER =
            LibHdf5.bind("H5Tunregister", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle REGISTER =
            LibHdf5.bind("H5Tregister", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MemorySegment NAME = Arena.global().allocateFrom("vlen");

    /** Not part of the library's interface, hence absent from a build that hides it. */
    private static final Optional<MemorySegment> CONVERSION = LibHdf5.find("H5T__conv_vlen");

    private StringConversions() {}

    /**
     * Frees the cached conversions, when the library is one that leaks them.
     *
     * <p>{@code herr_t H5Tunregister(H5T_pers_t, const char *name, hid_t src, hid_t dst, H5T_conv_t)}, then
     * {@code herr_t H5Tregister(…)} with the same arguments.
     *
     * @param sequenceType id of any variable-length sequence type
     * @return negative when the conversion could not be registered again: no string can be written any more
     */
    public static int forget(long sequenceType) {
        if (CONVERSION.isEmpty()) {
            return 0;
        }
        try {
            int unregistered = (int) UNREGISTER.invokeExact(SOFT, NAME, ANY_TYPE, ANY_TYPE, MemorySegment.NULL);
            return unregistered < 0
                    ? 0
                    : (int) REGISTER.invokeExact(SOFT, NAME, sequenceType, sequenceType, CONVERSION.get());
        } catch (Throwable e) {
            throw LibHdf5.unexpected(e);
        }
    }
}
