package org.penstock.daemon.cli;

/**
 * A subcommand that another module brings, such as {@code bench}; an implementation is a picocli command.
 *
 * <p><b>Threading:</b> made and used by the main thread.
 */
public interface CommandProvider extends java.util.concurrent.Callable<Integer> {}
