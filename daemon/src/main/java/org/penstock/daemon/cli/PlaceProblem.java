package org.penstock.daemon.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Why a file or folder that a user has named cannot be looked at, in words: the exceptions of files have little more than a name.
 *
 * <p><b>Threading:</b> any thread.
 */
final class PlaceProblem {
    private PlaceProblem() {}

    /** The client's token cannot be had. */
    static CommandFailure ofToken(FileSystemException problem) {
        return new CommandFailure("token not read: " + of(problem), problem);
    }

    static String of(IOException problem) {
        return switch (problem) {
            case NoSuchFileException missing -> "no such file or folder: file=" + missing.getFile();
            case AccessDeniedException denied -> "may not be read by this account: file=" + denied.getFile();
            case FileSystemException other
            when other.getReason() != null -> other.getReason() + ": file=" + other.getFile();
            default -> problem.toString();
        };
    }
}
