package org.penstock.daemon.hdf5;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/** A file could not be created, written, read or published; the message names it and quotes the system. */
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What an operator, or the code above, can do something about. */
    public enum Reason {
        /** The disk is full or a quota is used up. */
        NO_SPACE,
        /** The device, the file system or HDF5 failed. */
        IO,
        /** A file or link of that name is there already, and nothing of it was touched. */
        EXISTS,
        /** The operating system refuses, or the file belongs to another program. */
        PERMISSION,
        /** What is in the file is not what it should be. */
        CORRUPT,
        /** Another program has replaced the file meanwhile: what was made of the one before is out of date. */
        STALE
    }

    private final Reason reason;

    public StorageException(Reason reason, String message) {
        this(reason, message, null);
    }

    public StorageException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /**
     * Classifies a failure that Java's file functions reported.
     *
     * @param what what failed, with its identity, as the message begins
     */
    public static StorageException of(String what, IOException cause) {
        String system = cause instanceof FileSystemException failure && failure.getReason() != null
                ? failure.getReason()
                : String.valueOf(cause.getMessage());
        Reason reason = switch (cause) {
            case FileAlreadyExistsException _ -> Reason.EXISTS;
            case AccessDeniedException _ -> Reason.PERMISSION;
            default -> reason(system);
        };
        return new StorageException(reason, what + ", system=\"" + system + '"', cause);
    }

    private static Reason reason(String system) {
        if (system.contains("No space left") || system.contains("quota exceeded")) {
            return Reason.NO_SPACE;
        }
        if (system.contains("Read-only file system") || system.contains("not permitted")) {
            return Reason.PERMISSION;
        }
        return Reason.IO;
    }

    /** Returns the class of the failure. */
    public Reason reason() {
        return reason;
    }
}
