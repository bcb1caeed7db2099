import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow'

/** Where an erp-supergraph gateway is, and a key of it. */
export class ErpSupergraphApi implements ICredentialType {
  name = 'erpSupergraphApi'
  displayName = 'ERP Supergraph API'
  icon: Icon = { light: 'file:../icons/erp.svg', dark: 'file:../icons/erp.dark.svg' }
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-erp-supergraph'
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      default: '',
      required: true,
      placeholder: 'https://erp.example.com',
      description: 'Address of the gateway, without /graphql',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description:
        'A key with the scopes of what the workflow does: read:stock, read:price, read:order, read:customer, read:sync, write:order, write:customer',
    },
  ]

  authenticate: ICredentialType['authenticate'] = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  }

  // The gateway answers 401 to an unknown key before it reads the operation.
  test: ICredentialType['test'] = {
    request: {
      baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
      url: '/graphql',
      method: 'POST',
      body: { query: '{ __typename }' },
    },
  }
}
