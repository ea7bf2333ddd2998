/** What get_status answers about the last call out of the VM. The code stays, the message is there in the callback only. */
export class CallStatus {
  code = 0;
  message = "";

  set(code: number, message: string): void {
    this.code = code;
    this.message = message;
  }

  forgetMessage(): void {
    this.message = "";
  }
}
