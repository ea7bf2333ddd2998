/** How much of a message's attributes becomes headers; the rest stays in the frame alone. */
export class HeaderLimits {
  headers: i32 = 1000;
  headerBytes: i32 = 65536;
}
