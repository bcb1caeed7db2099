import type { Row } from './answers.ts'

/** All phones come back, empty ones with empty texts. */
export function phones(number: string): Row[] {
  return ['DDI', 'DEFAULT', 'FAX', 'MOBILE'].map((type) => ({
    PhoneType: type,
    PhoneNumber: type === 'DEFAULT' ? number : '',
    PhoneAreaCode: '',
    PhoneCountryCode: '',
  }))
}

/** A contact without anything but what every contact has. */
export function emptyContact(): Row {
  return {
    ContactStatus: 'ACTIVE',
    EmailAddress: '',
    BankAccountDetails: '',
    Addresses: [
      { AddressType: 'STREET', City: '', Region: '', PostalCode: '', Country: '' },
      { AddressType: 'POBOX', City: '', Region: '', PostalCode: '', Country: '' },
    ],
    Phones: phones(''),
    IsSupplier: false,
    IsCustomer: false,
    ContactGroups: [],
    ContactPersons: [],
    HasAttachments: false,
    HasValidationErrors: false,
  }
}

/** A contact as it stands inside an invoice. */
export function contactOf({ ContactID, Name }: Row): Row {
  const empty = { Addresses: [], Phones: [], ContactGroups: [], ContactPersons: [] }
  return { ContactID, Name, ...empty, HasValidationErrors: false }
}
